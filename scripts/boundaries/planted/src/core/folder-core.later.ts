export const later = () => import("#connections");
